// Draws media/icon.png: three lines of code, a cursor, and the ghost of what comes next.
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 128;
// Samples along each side of a pixel, for smooth edges.
const SAMPLES = 4;

const NIGHT = [27, 31, 42];
const CODE = [214, 220, 232];
const GHOST = [110, 118, 138];
const CURSOR = [255, 130, 5];

// Rounded boxes, the later over the earlier: left, top, width, height, radius, colour.
const SHAPES = [
  [0, 0, 128, 128, 26, NIGHT],
  [22, 30, 46, 9, 4.5, CODE],
  [34, 50, 60, 9, 4.5, CODE],
  [34, 70, 26, 9, 4.5, CODE],
  [65, 64, 5, 21, 2.5, CURSOR],
  [75, 70, 32, 9, 4.5, GHOST],
  [34, 90, 44, 9, 4.5, GHOST],
];

function inside([left, top, width, height, radius], x, y) {
  const dx = Math.max(left + radius - x, 0, x - (left + width - radius));
  const dy = Math.max(top + radius - y, 0, y - (top + height - radius));
  return dx * dx + dy * dy <= radius * radius;
}

function pixel(x, y) {
  const sum = [0, 0, 0, 0];
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const sx = x + ((sample % SAMPLES) + 0.5) / SAMPLES;
    const sy = y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
    const shape = SHAPES.findLast((each) => inside(each, sx, sy));
    if (!shape) continue;
    shape[5].forEach((value, channel) => (sum[channel] += value));
    sum[3] += 1;
  }
  const covered = sum[3];
  const colour = sum.slice(0, 3).map((value) => (covered ? Math.round(value / covered) : 0));
  return [...colour, Math.round((255 * covered) / (SAMPLES * SAMPLES))];
}

// PNG, section 5.3: length, type, data, checksum of type and data.
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const rows = [];
for (let y = 0; y < SIZE; y++) {
  // Each row begins with its filter: none.
  rows.push(0);
  for (let x = 0; x < SIZE; x++) rows.push(...pixel(x, y));
}
const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
// 8 bits a channel, colour with alpha.
header.set([8, 6], 8);
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const parts = [signature, chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from(rows), { level: 9 })), chunk("IEND", Buffer.alloc(0))];
writeFileSync(new URL("../media/icon.png", import.meta.url), Buffer.concat(parts));
