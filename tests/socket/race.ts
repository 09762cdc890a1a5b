// createConnection() over a driver and a clock that only the test moves.
import {
  createConnection,
  type CreateConnectionOptions,
} from "../../socket/mod.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeDriver, type Fate } from "./fake_driver.ts";

/** A race on a clock that stands still, and how it went. */
export function race(
  fates: Record<string, Fate>,
  options: CreateConnectionOptions = {},
) {
  const clock = new FakeClock();
  const driver = new FakeDriver(fates, () => clock.now);
  const call = createConnection(["name", 80], { ...options, driver });
  const outcome = call.then(
    (socket) => ({ socket, error: undefined }),
    (error) => ({ socket: undefined, error }),
  );
  let over = false;
  outcome.then(() => over = true);
  return {
    clock,
    driver,
    outcome,
    isOver: () => over,
    [Symbol.dispose]: () => clock[Symbol.dispose](),
  };
}
