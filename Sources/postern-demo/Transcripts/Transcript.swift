import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

/// Runs the transcripts of RPyC's tutorial one after another.
struct Transcript {
    typealias Print = @Sendable (_ line: String) -> Void

    private let print: Print

    /// Creates a transcript.
    ///
    /// - Parameter print: Prints a line; called on any thread.
    init(print: @escaping Print) { self.print = print }

    /// Starts a server, and runs all transcripts with it.
    func run() async throws {
        let server = try await TutorialServer.start(TutorialServices.router(), name: "server")
        let peer = try await server.connect()
        let calls = CallTranscript(peer: peer, print: print)
        try await calls.sleep()
        try await calls.int()
        try await calls.intOfNoNumber()
        try await calls.intThroughAMiddle()
        try await calls.timedSleep()
        try await EventTranscript(peer: peer, print: print).run()
        try await ManualTranscript(peer: try await server.connect(serving: .manual), print: print).run()
        peer.close()
        await server.stop()
    }
}

/// The command `postern-demo transcripts`.
struct TranscriptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcripts",
        abstract: "Runs the transcripts of RPyC's tutorial and prints what happens, line by line.",
        discussion:
            "Opens servers of its own on the loopback address and needs about 5 s. 15 s of the tutorial are 0.5 s."
    )

    func run() async throws { try await Transcript { Output.line($0) }.run() }
}
