import { Command, Options } from "@effect/cli"
import { Option } from "effect"
import { acts } from "../../../pipelines/exceptions/act.ts"
import { actOptions, runAct } from "./run-act.ts"

const note = Options.text("note").pipe(
  Options.withAlias("reason"),
  Options.withPseudoName("TEXT"),
  Options.withDescription("What there is to say; the log keeps it."),
)

export const noteCommand = Command.make("note", { note, ...actOptions }, (options) =>
  runAct(acts.note, options, { reason: Option.some(options.note), assignee: null }),
).pipe(Command.withDescription("Put a note on exceptions; their state stays what it is."))
