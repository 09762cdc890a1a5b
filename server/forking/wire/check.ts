// A Worker may run code that nobody trusts, and that code can post what it wants: the
// parent believes the shape of no message.
import { viewOf } from "../../../socket/arguments.ts";
import type { FromWorker, Status, Task } from "./messages.ts";

/** Returns a Worker's message about itself; `undefined` for what is not one. */
export function statusOf(value: unknown): Status | undefined {
  const message = fieldsOf(value);
  switch (message.type) {
    case "ready":
    case "loaded":
    case "gaveBack":
      return { type: message.type };
    case "unloadable":
    case "ending":
      return isObject(message.error) ? message as Status : undefined;
    case "unfit":
      return typeof message.found === "string" ? message as Status : undefined;
  }
}

/** Returns a message for the client's side; `undefined` for what is not one. */
export function fromWorkerOf(value: unknown): FromWorker | undefined {
  const message = fieldsOf(value);
  switch (message.type) {
    case "end":
    case "close":
      return { type: message.type };
    case "data": {
      const bytes = viewOf(message.bytes);
      return bytes && { type: "data", bytes };
    }
    case "noDelay":
    case "keepAlive":
      return { type: message.type, on: message.on === true };
    case "taken":
      return isCount(message.count) ? message as FromWorker : undefined;
    case "call": {
      const task = taskOf(message.task);
      if (!isCount(message.id) || task === undefined) return undefined;
      return { type: "call", id: message.id, task };
    }
    case "done":
      return message.error === undefined || isObject(message.error)
        ? message as FromWorker
        : undefined;
    case "ending":
      return isObject(message.error) ? message as FromWorker : undefined;
  }
}

function taskOf(value: unknown): Task | undefined {
  const task = fieldsOf(value);
  // What grace and address may be is checked where they are used.
  if (task.name === "shutdown") return task as Task;
  if (task.name !== "sendto") return undefined;
  const data = viewOf(task.data);
  return data && { name: "sendto", data, address: task.address as never };
}

/** Returns the fields of a message, and none that an object inherits. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return { __proto__: null, ...(isObject(value) ? value : {}) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}
