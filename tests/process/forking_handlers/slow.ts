// Receives a little at a time, and tells how much it has had; in the end also its hash.
import { BaseRequestHandler } from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";
import { Checksum } from "../../support/checksum.ts";

export default class Slow extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    const sum = new Checksum();
    const say = (text: string) =>
      this.request.sendall(new TextEncoder().encode(`${text}\n`));
    for (let data; (data = await this.request.recv(10000)).length > 0;) {
      sum.update(data);
      await say(String(sum.length));
    }
    await say(`${sum.length} ${sum.hex()}`);
  }
}
