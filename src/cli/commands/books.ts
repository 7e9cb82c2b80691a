import { Command } from "@effect/cli"
import { importCommand } from "./books/import.ts"
import { listCommand } from "./books/list.ts"

export const booksCommand = Command.make("books").pipe(
  Command.withDescription("Bring in your own books or bank statements, which reconcile matches with the transactions."),
  Command.withSubcommands([importCommand, listCommand]),
)
