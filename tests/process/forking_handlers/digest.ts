// Receives to the end, and then sends the hash.
import { StreamRequestHandler } from "../../../server/mod.ts";
import { checksum } from "../../support/checksum.ts";

export default class Digest extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const sum = checksum(await this.rfile.read());
    await this.wfile.write(new TextEncoder().encode(sum));
  }
}
