import { Either } from "effect"
import { type StreamName, streams } from "../../api/streams.ts"
import { type FaultPlan, faultPlan } from "./fault-plan.ts"
import { settingRows } from "./fault-settings.ts"
import { type FaultName, faults } from "./faults.ts"
import { type ProfileName, profiles } from "./profiles.ts"

const faultNames: ReadonlyMap<string, FaultName> = new Map(
  faults.flatMap((fault) => [
    [fault.name, fault.name] as const,
    ...("alias" in fault ? [[fault.alias, fault.name] as const] : []),
  ]),
)

const isProfile = (name: string): name is ProfileName => Object.hasOwn(profiles, name)

const isStream = (name: string): name is StreamName => streams.some(({ stream }) => stream === name)

const part = /^([a-z0-9_-]+)(?:@([a-z_]+))?(?:=(-?\d*\.?\d+))?$/

type Step = (plan: FaultPlan) => FaultPlan

const readProfile = (name: ProfileName): Step => {
  const { odds, settings } = faultPlan(name)
  return (plan) => ({ seed: plan.seed, odds: { ...plan.odds, ...odds }, settings: { ...plan.settings, ...settings } })
}

const readSetting = (row: (typeof settingRows)[number], value: number): Either.Either<Step, string> =>
  Number.isInteger(value) && value >= row.least && value <= row.most
    ? Either.right((plan) => ({ ...plan, settings: { ...plan.settings, [row.key]: value } }))
    : Either.left(`${row.name} must be a whole number from ${row.least} to ${row.most}`)

const readFault = (fault: FaultName, stream: string | undefined, value: number): Either.Either<Step, string> => {
  if (!(value >= 0 && value <= 1)) return Either.left(`the probability of ${fault} must be from 0 to 1`)
  if (stream === undefined) return Either.right((plan) => ({ ...plan, odds: { ...plan.odds, [fault]: value } }))
  if (fault === "clock_skew") return Either.left("clock_skew is of the whole server, and of no stream alone")
  if (!isStream(stream)) {
    return Either.left(
      `there is no stream called ${stream}; the streams are ${streams.map((row) => row.stream).join(", ")}`,
    )
  }
  return Either.right((plan) => ({ ...plan, odds: { ...plan.odds, [`${fault}@${stream}`]: value } }))
}

const readPart = (text: string): Either.Either<Step, string> => {
  const [whole, name = "", stream, value] = part.exec(text) ?? []
  if (whole === undefined) return Either.left(`${JSON.stringify(text)} is neither a profile nor fault=probability`)
  if (isProfile(name) && stream === undefined && value === undefined) return Either.right(readProfile(name))
  const setting = settingRows.find((row) => row.name === name)
  if (setting !== undefined && stream === undefined) return readSetting(setting, Number(value))
  const fault = faultNames.get(name) ?? faultNames.get(name.replaceAll("-", "_"))
  if (fault === undefined) return Either.left(`there is no fault, profile or setting called ${name}`)
  return readFault(fault, stream, value === undefined ? 1 : Number(value))
}

/**
 * A plan from words, such as `storm`, `503=0.05,429=0.02` or `storm,reset=0,stream_down@conversions,retry_after=0`:
 * profiles, faults with their probability (1 unless given) and settings, of which later ones go before earlier ones.
 * Left is a sentence that says what cannot be read.
 */
export const readFaultSpec = (spec: string, seed: number): Either.Either<FaultPlan, string> =>
  spec
    .split(",")
    .map((text) => readPart(text.trim()))
    .reduce<Either.Either<FaultPlan, string>>(
      (plan, step) => Either.flatMap(plan, (known) => Either.map(step, (take) => take(known))),
      Either.right(faultPlan("none", { seed })),
    )
