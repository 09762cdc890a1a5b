// Values that Python and this library both take, as JSON.

/** A string, a number, bytes, a large integer, a path of each side's own, a tuple. */
export type Value =
  | null
  | string
  | number
  | { readonly bytes: readonly number[] }
  | { readonly big: string }
  | { readonly path: string }
  | readonly Value[];

/** Bytes, of a text or of numbers. */
export function bytes(of: string | readonly number[]): Value {
  return {
    bytes: typeof of === "string" ? [...new TextEncoder().encode(of)] : of,
  };
}

/** Makes what a call of this library takes. */
export function fromValue(value: Value, folder: string): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => fromValue(each, folder));
  if ("bytes" in value) return Uint8Array.from(value.bytes);
  if ("big" in value) return BigInt(value.big);
  return `${folder}/${(value as { path: string }).path}`;
}

/** Makes a value of what a call of this library gives. */
export function toValue(result: unknown, folder: string): Value {
  if (result instanceof Uint8Array) return { bytes: [...result] };
  if (Array.isArray(result)) return result.map((each) => toValue(each, folder));
  if (typeof result === "bigint") return { big: String(result) };
  if (typeof result === "string" && result.startsWith(`${folder}/`)) {
    return { path: result.slice(folder.length + 1) };
  }
  return result === undefined ? null : result as Value;
}

/** The same for Python: `from_value` and `to_value`, which need `json` and `os`. */
export const pythonValues = `
def from_value(value, folder):
    if isinstance(value, list):
        return tuple(from_value(each, folder) for each in value)
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes(value["bytes"])
    if "big" in value:
        return int(value["big"])
    return folder + "/" + value["path"]

def to_value(result, folder):
    if isinstance(result, bytes):
        return {"bytes": list(result)}
    if isinstance(result, (list, tuple)):
        return [to_value(each, folder) for each in result]
    if isinstance(result, int) and result > 2 ** 53 - 1:
        return {"big": str(result)}
    if isinstance(result, str) and result.startswith(folder + "/"):
        return {"path": result[len(folder) + 1:]}
    return result

def unix_to_value(address, folder):
    # A string wherever it is UTF-8, else bytes, as in this library.
    data = os.fsencode(address)
    try:
        return to_value(data.decode(), folder)
    except UnicodeDecodeError:
        return to_value(data, folder)
`;
