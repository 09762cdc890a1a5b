import { AF_UNIX } from "../constants/mod.ts";
import type { AncillaryData, Driver } from "../driver.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";

/** The hint that names the driver that will support the call. */
export const POSIX =
  "use the POSIX driver (@berkeley/socket/posix, --allow-ffi)";

/** Creates the error of a call that the driver does not support, with the kernel's own code for it. */
export function unsupported(fields: OSErrorFields): OSError {
  return osError({ hint: POSIX, ...fields });
}

/** Throws EOPNOTSUPP if a receive or a send has flags that the driver does not support. */
export function refuseFlags(syscall: string, strange: number): void {
  if (strange === 0) return;
  const subject = `with flags 0x${strange.toString(16)}`;
  throw unsupported({ code: "EOPNOTSUPP", syscall, subject });
}

/** Throws EOPNOTSUPP if a call sends control messages or has space to receive them. */
export function refuseAncillary(
  syscall: string,
  ancillary: number | readonly AncillaryData[],
): void {
  if (ancillary === 0 || (ancillary as readonly unknown[]).length === 0) return;
  const subject = "ancillary data";
  throw unsupported({ code: "EOPNOTSUPP", syscall, subject });
}

/**
 * Throws EOPNOTSUPP if a receive on a Unix socket has space for control
 * messages. No option of IP sockets here asks for them, so none arrive there.
 */
export function refuseReceivedAncillary(family: number, size: number): void {
  if (family === AF_UNIX) refuseAncillary("recv", size);
}

/** The descriptor calls of an endpoint that has no descriptor: they throw EOPNOTSUPP. */
export abstract class DescriptorRefusals {
  /** The name of the driver, for messages. */
  abstract readonly driver: string;

  fileno(): number {
    const hint = `${POSIX}, or detach(), which returns the object in its place`;
    throw this.#refusal("fileno", hint);
  }

  getInheritable(): boolean {
    return false;
  }

  setInheritable(inheritable: boolean): void {
    if (inheritable) throw this.#refusal("setInheritable");
  }

  ioctl(
    _request: number,
    _argument: number | Uint8Array,
  ): number | Uint8Array {
    throw this.#refusal("ioctl");
  }

  // deno-lint-ignore require-await -- a refusal rejects
  async sendfile(
    _fd: number,
    _offset: number,
    _count: number,
  ): Promise<number> {
    const hint = `${POSIX}, or send a Deno.FsFile`;
    throw this.#refusal("sendfile", hint);
  }

  #refusal(syscall: string, hint = POSIX): OSError {
    const subject = `with the ${this.driver} driver`;
    return osError({ code: "EOPNOTSUPP", syscall, subject, hint });
  }
}

/** The descriptor calls of a driver that has no descriptors: they throw EOPNOTSUPP. */
export const noDescriptors: Pick<
  Driver,
  "closeDescriptor" | "dupDescriptor" | "file" | "epoll"
> = {
  closeDescriptor(fd) {
    throw noDescriptor("close", fd, "use close() of the Socket");
  },
  dupDescriptor(fd) {
    throw noDescriptor("dup", fd, "use dup() of the Socket");
  },
  file(fd) {
    throw noDescriptor("use", fd, "give the object instead");
  },
  epoll() {
    const hint = `use poll() or a selector; for descriptors ${POSIX}`;
    const fields = { syscall: "socket", subject: "an epoll", hint };
    throw osError({ code: "EOPNOTSUPP", ...fields });
  },
};

function noDescriptor(syscall: string, fd: number, instead: string): OSError {
  const subject = `descriptor ${fd}`;
  const hint = `${instead}; for descriptors ${POSIX}`;
  return osError({ code: "EOPNOTSUPP", syscall, subject, hint });
}
