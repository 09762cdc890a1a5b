import { bytesOf, checkInteger, type Data } from "./arguments.ts";
import {
  AF_ALG,
  ALG_SET_AEAD_ASSOCLEN,
  ALG_SET_IV,
  ALG_SET_OP,
  SOL_ALG,
} from "./constants/mod.ts";
import type { AncillaryData } from "./driver.ts";
import { unsupported } from "./endpoint/refusals.ts";
import type { WaitOptions } from "./wait.ts";

/** Options of {@linkcode Socket.sendmsgAfalg}. */
export interface SendmsgAfalgOptions extends WaitOptions {
  /** What to do with the bytes: `ALG_OP_ENCRYPT` or `ALG_OP_DECRYPT`. */
  op: number;
  /** The initialization vector. */
  iv?: Data;
  /** For authenticated encryption: how many of the bytes are only authenticated. */
  assoclen?: number;
  /**
   * As for {@linkcode Socket.send}.
   * @default {0}
   */
  flags?: number;
}

/** Makes the control messages that tell the kernel's crypto functions what to do. */
export function afalgAncillary(
  family: number,
  { op, iv, assoclen }: SendmsgAfalgOptions,
): AncillaryData[] {
  if (family !== AF_ALG) {
    throw unsupported({
      code: "EOPNOTSUPP",
      syscall: "sendmsgAfalg",
      state: "only a socket of AF_ALG can",
    });
  }
  checkInteger("sendmsgAfalg", "operation", op, 0, 0xffffffff);
  const messages: AncillaryData[] = [[SOL_ALG, ALG_SET_OP, u32(op)]];
  if (iv !== undefined) {
    const bytes = bytesOf("sendmsgAfalg", iv);
    const data = new Uint8Array(4 + bytes.length);
    data.set(u32(bytes.length));
    data.set(bytes, 4);
    messages.push([SOL_ALG, ALG_SET_IV, data]);
  }
  if (assoclen !== undefined) {
    checkInteger("sendmsgAfalg", "assoclen", assoclen, 0, 0xffffffff);
    messages.push([SOL_ALG, ALG_SET_AEAD_ASSOCLEN, u32(assoclen)]);
  }
  return messages;
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
