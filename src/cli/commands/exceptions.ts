import { Command } from "@effect/cli"
import { ackCommand } from "./exceptions/ack.ts"
import { assignCommand } from "./exceptions/assign.ts"
import { listCommand } from "./exceptions/list.ts"
import { noteCommand } from "./exceptions/note.ts"
import { reopenCommand } from "./exceptions/reopen.ts"
import { showCommand } from "./exceptions/show.ts"
import { writeOffCommand } from "./exceptions/write-off.ts"

export const exceptionsCommand = Command.make("exceptions").pipe(
  Command.withDescription(
    "Work with exceptions from night to night: list, show, acknowledge, assign, write off, reopen.",
  ),
  Command.withSubcommands([
    listCommand,
    showCommand,
    ackCommand,
    assignCommand,
    noteCommand,
    writeOffCommand,
    reopenCommand,
  ]),
)
