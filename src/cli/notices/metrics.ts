import { DateTime } from "effect"
import { type RunSummary, verdicts } from "../../pipelines/run/run-summary.ts"
import type { ToldNight } from "./told-night.ts"

/** A value, and by which label's value it is told where there are several. */
type Sample = readonly [value: number, label?: string]

/** A name after `tidemark_`, what it says, the label of its samples, and the samples; none where the night did not come so far. */
type Row = readonly [
  name: string,
  help: string,
  label: string | null,
  samples: (night: ToldNight) => ReadonlyArray<Sample>,
]

const seconds = (time: DateTime.Utc): number => DateTime.toEpochMillis(time) / 1000

const judged =
  (samples: (summary: RunSummary) => ReadonlyArray<Sample>) =>
  ({ result }: ToldNight): ReadonlyArray<Sample> =>
    result === null ? [] : samples(result.summary)

const each = (values: Readonly<Record<string, number>>): ReadonlyArray<Sample> =>
  Object.entries(values).map(([label, value]) => [value, label])

const rows: ReadonlyArray<Row> = [
  ["last_run_timestamp_seconds", "When the last night ended.", null, ({ endedAt }) => [[seconds(endedAt)]]],
  [
    "last_success_timestamp_seconds",
    "When a night last read and judged everything (exit code 0 or 3).",
    null,
    ({ lastSuccessAt }) => (lastSuccessAt === null ? [] : [[seconds(lastSuccessAt)]]),
  ],
  ["exit_code", "What the last night ended with.", null, ({ ended }) => [[ended.exitCode]]],
  [
    "duration_seconds",
    "How long the last night took.",
    null,
    ({ endedAt, startedAt }) => [[DateTime.distance(startedAt, endedAt) / 1000]],
  ],
  [
    "verdict",
    "1 for the word that the last night is called by.",
    "verdict",
    judged(({ verdict }) => verdicts.map((word) => [word === verdict ? 1 : 0, word])),
  ],
  ["requests", "Requests of the last night.", null, judged(({ requests }) => [[requests]])],
  ["retries", "Requests that were tried again.", null, judged(({ retries }) => [[retries]])],
  ["records", "Records that the last night read.", null, judged(({ records }) => [[records]])],
  [
    "quarantined_records",
    "Records that the contract could not read.",
    null,
    judged(({ quarantined }) => [[quarantined]]),
  ],
  ["lists", "Lists by how far they were read.", "coverage", judged(({ coverage }) => each(coverage))],
  ["open_exceptions", "Open exceptions by severity.", "severity", judged(({ exceptions }) => each(exceptions))],
  [
    "changed_exceptions",
    "Exceptions by what the last night did to them.",
    "change",
    judged(({ changes }) => each(changes)),
  ],
  [
    "accepted_exceptions",
    "Exceptions that people wrote off and that still stand.",
    null,
    judged(({ accepted }) => [[accepted]]),
  ],
  ["unproven_cases", "Cases that could not be judged.", null, judged(({ unproven }) => [[unproven]])],
]

const nameOf = (suffix: string): string => `tidemark_${suffix}`

export const metricNames: ReadonlyArray<string> = rows.map(([suffix]) => nameOf(suffix))

const sampleLine = (name: string, label: string | null, [value, of]: Sample): string =>
  `${name}${label === null || of === undefined ? "" : `{${label}="${of}"}`} ${value}\n`

/** A night in the text format of Prometheus. What a night did not come to is left out: no figure is guessed. */
export const metricsText = (night: ToldNight): string =>
  rows
    .flatMap(([suffix, help, label, samples]) => {
      const name = nameOf(suffix)
      const lines = samples(night).map((sample) => sampleLine(name, label, sample))
      return lines.length === 0 ? [] : [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`, ...lines]
    })
    .join("")
