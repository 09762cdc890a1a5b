import { netFlag } from "../../permissions.ts";
import { osError, type OSErrorFields } from "../../errors.ts";
import type { Refused } from "./name_server.ts";

/** The error that names the flags which would do: the host's own, the name server's. */
export function refused(
  host: string,
  { flag, cause }: Refused,
  fields: OSErrorFields,
  systemDoes: boolean,
): Error {
  const own = netFlag([host]);
  return osError({
    ...fields,
    code: "EACCES",
    hint: systemDoes
      ? `run again with ${own} or, for the name server, ${flag}`
      : `run again with ${flag} for the name server`,
    cause,
  });
}
