// Sends a datagram back in upper case.
import { DatagramRequestHandler } from "../../../server/mod.ts";

export default class Upper extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    const text = new TextDecoder().decode(await this.rfile.read());
    await this.wfile.write(new TextEncoder().encode(text.toUpperCase()));
  }
}
