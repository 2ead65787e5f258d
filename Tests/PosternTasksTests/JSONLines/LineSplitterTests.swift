import Postern
@testable import PosternTasks
import Testing

@Suite struct LineSplitterTests {
    private static func lines(of pieces: [String], limit: Int = 100) throws(LineSplitter.LineTooLong) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for piece in pieces {
            try splitter.take(Array(piece.utf8).span) { lines.append(String(copying: $0)) }
        }
        splitter.end { lines.append(String(copying: $0)) }
        return lines
    }

    @Test(arguments: [
        ["one\ntwo\n"], ["one\ntwo"], ["o", "n", "e", "\n", "two\n"], ["one", "\ntwo"], ["\n\none\n \t\r\ntwo\n\n"],
    ])
    func linesDoNotDependOnHowTheirBytesArrive(pieces: [String]) throws {
        #expect(try Self.lines(of: pieces) == ["one", "two"])
    }

    @Test func aCarriageReturnRemainsInTheLine() throws { #expect(try Self.lines(of: ["{}\r\n"]) == ["{}\r"]) }

    @Test func aLineAsLongAsTheLimitIsAccepted() throws {
        #expect(try Self.lines(of: ["1234", "5678\n12345678"], limit: 8) == ["12345678", "12345678"])
    }

    @Test(arguments: [["123456789"], ["123456789\n"], ["1234", "56789"], ["1\n", "1234", "56789\n1\n"]])
    func aLongerLineIsAnErrorBeforeItEnds(pieces: [String]) {
        #expect(throws: LineSplitter.LineTooLong.self) { try Self.lines(of: pieces, limit: 8) }
    }
}
