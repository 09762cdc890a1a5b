/** An error in a form that can go to another isolate. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its other properties, such as `code` and `errno`. */
  readonly fields: Readonly<Record<string, string | number>>;
  readonly cause: SerializedError | undefined;
}

// The classes that are the same in every isolate.
const classes: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

// An error may be its own cause.
const DEEPEST = 8;

/** Serializes what was thrown; a value that is not an error becomes the message of one. */
export function serializeError(thrown: unknown): SerializedError {
  try {
    if (thrown instanceof Error) return serialize(thrown, 0);
  } catch {
    // A property of it throws when it is read.
  }
  return plainError(`${describe(thrown)} was thrown`);
}

function plainError(message: string): SerializedError {
  return {
    name: "Error",
    message,
    stack: undefined,
    fields: {},
    cause: undefined,
  };
}

function serialize(thrown: Error, depth: number): SerializedError {
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (isField(key, value)) fields[key] = value;
  }
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    fields,
    cause: cause === undefined || depth === DEEPEST
      ? undefined
      : cause instanceof Error
      ? serialize(cause, depth + 1)
      : serializeError(cause),
  };
}

/** Tells whether a property of an error is one of its own that can be sent. */
function isField(key: string, value: unknown): value is string | number {
  return ["string", "number"].includes(typeof value) &&
    !(key in Error.prototype) && key !== "stack" && key !== "cause";
}

/**
 * Makes an error again: of its class where that is one of the language, else an Error
 * with its name.
 *
 * @param serialized What {@linkcode serializeError} gave, or, as a Worker may post what
 * it wants, anything else.
 */
export function deserializeError(serialized: unknown, depth = 0): Error {
  const { name, message, stack, fields, cause } = Object(
    serialized,
  ) as Partial<Record<keyof SerializedError, unknown>>;
  const known = typeof name === "string" ? name : "Error";
  const text = typeof message === "string" ? message : "";
  const ErrorClass = Object.hasOwn(classes, known) ? classes[known] : Error;
  const error = cause === undefined || depth > DEEPEST
    ? new ErrorClass(text)
    : new ErrorClass(text, { cause: deserializeError(cause, depth + 1) });
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
    });
  if (error.name !== known) hide("name", known);
  hide("stack", typeof stack === "string" ? stack : `${known}: ${text}`);
  for (const [key, value] of Object.entries(Object(fields))) {
    if (isField(key, value)) Object.assign(error, { [key]: value });
  }
  return error;
}

/** Describes any value that was thrown. */
export function describe(thrown: unknown): string {
  try {
    return typeof thrown === "string" ? `"${thrown}"` : String(thrown);
  } catch {
    return "something";
  }
}

/** Makes the error of a request whose Worker has ended. */
export function workerEnded(how: string, options?: ErrorOptions): Error {
  return new Error(
    `Cannot go on with the request: its Worker ended ${how}`,
    options,
  );
}
