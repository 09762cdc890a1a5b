/** What is measured, and how it is compared with the yardstick. */
export interface Metric {
  name: string;
  /** Digits after the point. */
  digits: number;
  /** "ratio" over the yardstick's value, or "difference" from it. */
  compare: "ratio" | "difference";
}

/** Who takes turns. */
export interface Contender {
  name: string;
  /** What the first metric's comparison should reach; printed, never asserted. */
  bar?: number;
  /** Takes one turn and gives a number for each metric. */
  measure(): Promise<number[]>;
}

/** What takes turns: the first contender is the yardstick. */
export interface Match {
  title: string;
  metrics: Metric[];
  contenders: Contender[];
  rounds: number;
  /** Rounds that do not count. */
  warmUps: number;
}

/** One figure: the median over the rounds, and the median of the comparisons within each round. */
export interface Figure {
  median: number;
  against: number;
}

/** What came of a match. */
export interface Report {
  title: string;
  rounds: number;
  metrics: Metric[];
  /** For each contender its figures, one a metric. */
  rows: { name: string; bar: number | undefined; figures: Figure[] }[];
}

/** Lets the contenders take turns, in rotated order, and compares them pair by pair. */
export async function takeTurns(match: Match): Promise<Report> {
  const { title, metrics, contenders, rounds, warmUps } = match;
  const samples: number[][][] = contenders.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + warmUps) % contenders.length;
      const sample = await contenders[index].measure();
      if (round >= 0) samples[index].push(sample);
    }
  }
  const rows = contenders.map(({ name, bar }, index) => ({
    name,
    bar,
    figures: metrics.map(({ compare }, metric) => ({
      median: median(samples[index].map((sample) => sample[metric])),
      against: median(
        samples[index].map((sample, round) => {
          const yardstick = samples[0][round][metric];
          return compare === "ratio"
            ? sample[metric] / yardstick
            : sample[metric] - yardstick;
        }),
      ),
    })),
  }));
  return { title, rounds, metrics, rows };
}

/** The value in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]
    : (sorted[half - 1] + sorted[half]) / 2;
}
