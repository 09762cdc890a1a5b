// Who takes turns, and how what came of it is compared.

import { middle, uncertainty } from "./statistics.ts";

/** What is measured, and how it is compared with the yardstick. */
export interface Metric {
  readonly name: string;
  /** Digits after the point. */
  readonly digits: number;
  /** "ratio" over the yardstick's value, or "difference" from it. */
  readonly compare: "ratio" | "difference";
}

/** What the first metric of a contender should be, compared with another's. */
export interface Bar {
  readonly of: string;
  readonly over: string;
  /** The comparison should not be below this, or not above that. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Who takes turns. */
export interface Contender {
  readonly name: string;
  /** Takes one turn and gives a number for each metric. */
  measure(): Promise<number[]>;
}

/** What takes turns: the first contender is the yardstick. */
export interface Match {
  /** How it is called on the command line. */
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly contenders: readonly Contender[];
  readonly bars: readonly Bar[];
  readonly rounds: number;
  /** Whether a round's turns are taken at the same time, which memory allows and time does not. */
  readonly atOnce?: boolean;
}

/** The middle of the comparisons within each round, and how far it may be off. */
export interface Comparison {
  against: number;
  uncertainty: number;
}

/** One figure: its middle over the rounds, and how it compares with the yardstick's. */
export interface Figure extends Comparison {
  median: number;
}

/** What came of a bar; printed, never asserted. */
export interface Verdict extends Bar, Comparison {
  met: boolean;
}

/** What came of a match. */
export interface Report {
  name: string;
  title: string;
  rounds: number;
  metrics: readonly Metric[];
  /** For each contender its figures, one a metric. */
  rows: { name: string; figures: Figure[] }[];
  verdicts: Verdict[];
  /** Bars that nobody was there for. */
  unmeasured: Bar[];
}

/** What was measured, by the round. */
type Samples = Map<number, number[]>;

// Who is there for information only, in a table with bars, takes part in every second
// round: the time is better spent on what is judged.
const SELDOM = 2;

/** Lets the contenders take turns, in rotated order, and compares them round by round. */
export async function takeTurns(match: Match): Promise<Report> {
  const { name, title, metrics, contenders, bars, rounds } = match;
  const samples: Samples[] = contenders.map(() => new Map());
  const names = new Set(bars.flatMap(({ of, over }) => [of, over]));
  const isPresent = (index: number, round: number) =>
    index === 0 || bars.length === 0 || names.has(contenders[index].name) ||
    round % SELDOM === 0;
  for (let round = 0; round < rounds; round++) {
    const order = contenders.map((_, each) =>
      (each + round) % contenders.length
    )
      .filter((index) => isPresent(index, round));
    const turn = async (index: number) => {
      samples[index].set(round, await contenders[index].measure());
    };
    if (match.atOnce) await Promise.all(order.map(turn));
    else for (const index of order) await turn(index);
  }
  const compare = (index: number, yardstick: number, metric: number) =>
    comparison(samples[index], samples[yardstick], metric, metrics[metric]);
  const rows = contenders.map(({ name }, index) => ({
    name,
    figures: metrics.map((_, metric) => ({
      median: middle([...samples[index].values()].map((each) => each[metric])),
      ...compare(index, 0, metric),
    })),
  }));
  const indexOf = (name: string) =>
    contenders.findIndex((contender) => contender.name === name);
  const isMeasured = ({ of, over }: Bar) =>
    indexOf(of) >= 0 && indexOf(over) >= 0;
  const verdicts = bars.filter(isMeasured).map((bar) => {
    const found = compare(indexOf(bar.of), indexOf(bar.over), 0);
    const { atLeast = -Infinity, atMost = Infinity } = bar;
    const met = found.against >= atLeast && found.against <= atMost;
    return { ...bar, ...found, met };
  });
  const unmeasured = bars.filter((bar) => !isMeasured(bar));
  return { name, title, rounds, metrics, rows, verdicts, unmeasured };
}

function comparison(
  mine: Samples,
  theirs: Samples,
  metric: number,
  { compare }: Metric,
): Comparison {
  const pairs: number[] = [];
  for (const [round, sample] of mine) {
    const yardstick = theirs.get(round)?.[metric];
    if (yardstick === undefined) continue;
    pairs.push(
      compare === "ratio"
        ? sample[metric] / yardstick
        : sample[metric] - yardstick,
    );
  }
  return { against: middle(pairs), uncertainty: uncertainty(pairs) };
}
