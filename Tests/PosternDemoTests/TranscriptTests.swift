import FoundationEssentials
import Synchronization
import Testing

@testable import postern_demo

/// A comparison of the transcripts of RPyC's tutorial with the page that shows them beside the original.
@Suite(.timeLimit(.minutes(10))) struct TranscriptTests {
    @Test("The transcripts print what the page says")
    func theTranscriptsPrintTheirFacts() async throws {
        let lines = Mutex<[String]>([])
        try await Transcript { line in lines.withLock { $0 += line.split(separator: "\n").map(String.init) } }.run()
        let printed = lines.withLock { $0 }
        let page = try String(decoding: Data(contentsOf: Self.page), as: UTF8.self)
        let expected = page.split(separator: "\n").compactMap(Self.printedLine)
        #expect(expected.count > 70)
        #expect(printed == expected)
    }

    @Test func onlyRowsOfTheTranscriptAreParsed() {
        #expect(Self.printedLine("| `    old size: 0` | `old stat: (…)` |") == "    old size: 0")
        #expect(Self.printedLine("| `served: true` | |") == "served: true")
        #expect(Self.printedLine("| RP-02 | `res.ready` | `call.isReady` | `aCallIsPendingThenReady` |") == nil)
        #expect(Self.printedLine("| printed | there |") == nil)
    }

    /// Returns the output in a row of the page, or `nil` for other lines.
    private static func printedLine(_ line: Substring) -> String? {
        line.prefixMatch(of: /\| `([^`]*)` \|/).map { String($0.output.1) }
    }

    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Postern/Documentation.docc/ComingFrom/RPyC.md")
}
