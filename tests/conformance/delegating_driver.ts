import type { Accepted, Driver, Endpoint } from "../../socket/mod.ts";
import { Delegate } from "../../socket/endpoint/delegate.ts";

/** An endpoint that passes all on, and lets those it gives do the same. */
class Passing extends Delegate {
  override async accept(
    ...args: Parameters<Endpoint["accept"]>
  ): Promise<Accepted> {
    const [connection, address] = await super.accept(...args);
    return [new Passing(connection), address];
  }

  override dup(): Endpoint {
    return new Passing(super.dup());
  }
}

/** Makes a driver whose endpoints pass every call on to those of another. */
export function delegatingDriver(inner: Driver): Driver {
  return {
    name: `${inner.name}, delegated`,
    open: (...args) => new Passing(inner.open(...args)),
    async pair(...args) {
      const [one, other] = await inner.pair(...args);
      return [new Passing(one), new Passing(other)];
    },
    adopt: (...args) => new Passing(inner.adopt(...args)),
    connect: async (...args) => new Passing(await inner.connect(...args)),
    closeDescriptor: (fd) => inner.closeDescriptor(fd),
    dupDescriptor: (fd) => inner.dupDescriptor(fd),
    file: (fd) => inner.file(fd),
    epoll: (fd) => inner.epoll(fd),
    names: inner.names,
    services: inner.services,
    machine: inner.machine,
  };
}
