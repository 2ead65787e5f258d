import ArgumentParser
import PosternPrograms

/// `postern-demo transcripts`.
struct TranscriptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcripts",
        abstract: "Runs the transcripts of RPyC's tutorial and prints what happens, line by line.",
        discussion:
            "Opens servers of its own on the loopback address and needs about 5 s. 15 s of the tutorial are 0.5 s."
    )

    func run() async throws { try await Transcript { Output.line($0) }.run() }
}
