import type { FileSystem, Path } from "@effect/platform"
import type { Effect } from "effect"
import type { Given, OptionRow, OptionRows } from "./option-row.ts"

/** What every command may use of the outside. */
export type Surroundings = FileSystem.FileSystem | Path.Path

/** A row of the table of commands, for any options. */
export interface Command {
  /** One word, or a family's name and another: `runs sign`. */
  readonly name: string
  readonly about: string
  readonly rows: Readonly<Record<string, OptionRow<unknown>>>
  /** What a person is told of a command that was interrupted. */
  readonly ifInterrupted: string
  /** Not in help. */
  readonly isHidden: boolean
  /** What it fails with says its exit code; see ending.ts. */
  readonly run: (given: never) => Effect.Effect<void, unknown, Surroundings>
}

/** Several commands with the same first word. */
export interface Family {
  readonly name: string
  readonly about: string
}

/** A command whose `run` is given what its rows make of the command line. */
export const command = <Rows extends OptionRows>(row: {
  readonly name: string
  readonly about: string
  readonly rows: Rows
  /** Nothing was changed, unless this says otherwise. */
  readonly ifInterrupted?: string
  readonly isHidden?: boolean
  readonly run: (given: Given<Rows>) => Effect.Effect<void, unknown, Surroundings>
}): Command => ({ ifInterrupted: "nothing was changed", isHidden: false, ...row })
