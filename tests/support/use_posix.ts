// For `--preload`: what a program does not say otherwise is on the POSIX driver.
import { setDefaultDriver } from "../../socket/mod.ts";
import { posix } from "../../socket/posix/mod.ts";

setDefaultDriver(posix);
