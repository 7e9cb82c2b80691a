import { Command } from "@effect/cli"
import { acts } from "../../../pipelines/exceptions/act.ts"
import { actOptions, reason, runAct } from "./run-act.ts"

export const writeOffCommand = Command.make("write-off", { ...actOptions, reason }, (options) =>
  runAct(acts.writeOff, options, { reason: options.reason, assignee: null }),
).pipe(
  Command.withDescription(
    "Write exceptions off: they are accepted as they are, for a --reason. Found with another amount, one is reopened.",
  ),
)
