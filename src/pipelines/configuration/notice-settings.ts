import { Schema } from "effect"
import { oneOrSeveral } from "./one-or-several.ts"
import { whole } from "./setting-values.ts"

/** When others are told how a night went. Source: docs/operations.md, "Telling others". */
export const occasions = ["always", "failure", "change", "recovery"] as const
export type Occasion = (typeof occasions)[number]

const When = Schema.optionalWith(oneOrSeveral(occasions), { default: () => ["always"] as const })

const commandSentence = () => 'must be a list of words, the program first, such as ["/usr/local/bin/tell-finance"]'

/** A command that is given the night's JSON on stdin. No shell reads its words. */
const OnFinish = Schema.Struct({
  command: Schema.NonEmptyArray(Schema.NonEmptyString).annotations({ message: commandSentence }),
  when: When,
  timeoutSeconds: Schema.optionalWith(whole(1, 600), { default: () => 60 }),
})
export type OnFinish = typeof OnFinish.Type

/** A message to the address that the environment names. */
const Webhook = Schema.Struct({
  form: Schema.optionalWith(Schema.Literal("json", "slack"), { default: () => "json" as const }),
  /** `sums` adds amounts by currency, and the sentence that a night ended with. */
  tells: Schema.optionalWith(Schema.Literal("counts", "sums"), { default: () => "counts" as const }),
  when: When,
  timeoutSeconds: Schema.optionalWith(whole(1, 60), { default: () => 10 }),
})
export type Webhook = typeof Webhook.Type

export const OnFinishSetting = Schema.optional(OnFinish)
export const WebhookSetting = Schema.optional(Webhook)
