// Not deno-std's own mod.js, which imports a file that it does not have.
export { abortable } from "./abortable.ts";
export { deadline } from "./deadline.ts";
export { delay } from "./delay.ts";
export { retry, RetryError } from "./retry.ts";
// @ts-types="./types.d.ts"
export { debounce } from "npm:deno-std@1.4.0/async/debounce.js";
// @ts-types="./types.d.ts"
export { MuxAsyncIterator } from "npm:deno-std@1.4.0/async/mux_async_iterator.js";
// @ts-types="./types.d.ts"
export { pooledMap } from "npm:deno-std@1.4.0/async/pool.js";
// @ts-types="./types.d.ts"
export { tee } from "npm:deno-std@1.4.0/async/tee.js";
