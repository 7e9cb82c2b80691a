import { Command } from "@effect/cli"
import { acts } from "../../../pipelines/exceptions/act.ts"
import { actOptions, reason, runAct } from "./run-act.ts"

export const reopenCommand = Command.make("reopen", { ...actOptions, reason }, (options) =>
  runAct(acts.reopen, options, { reason: options.reason, assignee: null }),
).pipe(
  Command.withDescription("Reopen exceptions that were written off or resolved; without ids, written-off ones only."),
)
