import ArgumentParser
import PosternPrograms

/// The program `postern-torture`.
@main
struct TortureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern-torture",
        abstract: "Attacks Postern, and checks that no client can hurt the others.",
        discussion: """
            Every attack has a server of its own, a victim that calls all the while, and bars for memory, latency, \
            failed calls and what stays. One line is printed for each.

            Exit codes: 0 all bars are met, 1 one is missed, 64 wrong usage, 130 and 143 after SIGINT and SIGTERM.

            Measure a release build on a quiet machine: make torture
            """,
        version: ProgramVersion.line(of: "postern-torture"),
        subcommands: [RunCommand.self, SoakCommand.self, AttackCommand.self],
        defaultSubcommand: RunCommand.self
    )
}
