import Foundation
@testable import Postern
import Testing

/// The statements of the page about the wire protocol, compared with the code.
@Suite struct WireProtocolPageTests {
    private static let page = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    private static var lines: [Substring] { page.split(separator: "\n", omittingEmptySubsequences: false) }

    @Test func everyExampleIsOneFrameOfItsKind() throws {
        let lines = Self.lines
        let notes = lines.indices.filter { lines[$0].hasPrefix("    > [") || lines[$0].hasPrefix("    < [") }
        #expect(notes.count > 10)
        for index in notes {
            let bytes = try #require(Self.bytes(of: lines[index + 1]))
            #expect(try FrameSplitter.wholeFrames(in: bytes.span, limit: 1 << 20) == bytes.count)
            var reader = FrameReader()
            #expect(try reader.next(in: bytes.span) != nil)
            let kind = lines[index].dropFirst("    > [".count).prefix { $0.isNumber }
            #expect(UInt8(kind) == bytes[FrameSplitter.lengthBytes + 1])
        }
    }

    @Test func theTableOfCodesIsRight() throws {
        let rows = Self.lines.filter { $0.hasPrefix("| -32") }
        #expect(rows.count > 15)
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let code = CallError.Code(rawValue: try #require(Int(cells[0])))
            #expect("\(code.name.rawValue) \(code.name.word)" == cells[1])
        }
    }

    @Test func everyKindOfFrameHasItsRow() {
        for kind in UInt8(0)... {
            guard Frame.Kind(rawValue: kind) != nil else { return #expect(kind == 17) }
            #expect(Self.lines.contains { $0.hasPrefix("| ") && $0.contains("`[\(kind)") }, "no row for \(kind)")
        }
    }

    @Test func theLimitsOfThePageAreTheDefaults() {
        let limits = PeerLimits.standard
        #expect(limits.frameBytes == 16 << 20)
        #expect(Hello().maximumCallsInFlight == 128 && Hello().maximumReferences == 10_000)
        #expect(limits.helloBytes == 16 << 10 && limits.unprovenBytes == 1 << 10 && limits.notifications == 1_024)
        #expect(limits.pathBytes == 128 && limits.callDepth == 256 && IncomingStream<Int>.initialCredit == 64)
        #expect(PayloadLimits.standard == PayloadLimits(depth: 64, values: 100_000))
    }

    private static func bytes(of line: Substring) -> [UInt8]? {
        let digits = Array(line.filter { !$0.isWhitespace })
        guard digits.count.isMultiple(of: 2) else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    }

    private static var file: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/Postern/Documentation.docc/WireProtocol.md"
        )
    }
}
