// Just enough of PNG to look at a screenshot.

/** A picture; its pixels have red, green and blue, and perhaps opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Gives a pixel's red, green and blue. */
  pixel(x: number, y: number): number[];
}

/** Decodes a picture of 8 bits a colour, not interlaced, as browsers make them. */
export async function decodePng(png: Uint8Array): Promise<Picture> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const size = png[25] === 6 ? 4 : 3; // bytes a pixel
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += view.getUint32(at) + 12) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type !== "IDAT") continue;
    parts.push(png.slice(at + 8, at + 8 + view.getUint32(at)));
  }
  const packed = new Blob(parts as BlobPart[]).stream();
  const lines = await new Response(
    packed.pipeThrough(new DecompressionStream("deflate")),
  ).bytes();
  const stride = width * size;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < size ? 0 : pixels[at - size];
      const up = y === 0 ? 0 : pixels[at - stride];
      const corner = x < size || y === 0 ? 0 : pixels[at - stride - size];
      pixels[at] = lines[y * (stride + 1) + 1 + x] +
        [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return {
    width,
    height,
    pixel(x, y) {
      const at = (y * width + x) * size;
      return [...pixels.subarray(at, at + 3)];
    },
  };
}

/** Gives the one of three that is next to left + up - corner. */
function paeth(left: number, up: number, corner: number): number {
  const aim = left + up - corner;
  const [nearest] = [left, up, corner].map((value) =>
    [Math.abs(aim - value), value] as const
  ).sort(([one], [other]) => one - other);
  return nearest[1];
}
