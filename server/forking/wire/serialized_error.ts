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
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error)) {
    const message = `${describe(thrown)} was thrown`;
    return {
      name: "Error",
      message,
      stack: undefined,
      fields: {},
      cause: undefined,
    };
  }
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(thrown)) {
    const isPlain = typeof value === "string" || typeof value === "number";
    if (isPlain && !(key in Error.prototype)) fields[key] = value;
  }
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    fields,
    cause: cause === undefined || depth === DEEPEST
      ? undefined
      : serializeError(cause, depth + 1),
  };
}

/** Makes an error again: of its class where that is one of the language, else an Error with its name. */
export function deserializeError(serialized: SerializedError): Error {
  const { name, message, stack, fields, cause } = serialized;
  const error = new (classes[name] ?? Error)(
    message,
    cause === undefined ? undefined : { cause: deserializeError(cause) },
  );
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
    });
  if (error.name !== name) hide("name", name);
  hide("stack", stack ?? `${name}: ${message}`);
  return Object.assign(error, fields);
}

/** Describes any value that was thrown. */
function describe(thrown: unknown): string {
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
