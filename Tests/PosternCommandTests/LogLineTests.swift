import FoundationEssentials
import Logging
import Testing

@testable import PosternPrograms

@Suite struct LogLineTests {
    private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogLine {
        let time = Date(timeIntervalSince1970: 0.5)
        return LogLine(time: time, level: .notice, label: "demo", message: message, metadata: metadata)
    }

    @Test func aLineOfTextHasItsDetailsInOrder() {
        let text = line("client refused", ["origin": "https://a.example", "cause": "status 400"]).text(as: .text)
        #expect(
            text == "1970-01-01T00:00:00.500Z notice demo: client refused cause=\"status 400\" origin=https://a.example"
        )
    }

    @Test func aValueCannotBeMistakenForAnotherDetail() {
        let text = line("a", ["host": #"x level="error""#, "origin": ""]).text(as: .text)
        #expect(text.hasSuffix(#" host="x level=\"error\"" origin="""#))
    }

    @Test func aLineOfJSONHasItsDetailsAsMembers() {
        let text = line(#"a "b""#, ["cause": #"c\n"#, "level": "d"]).text(as: .json)
        let start = #"{"time":"1970-01-01T00:00:00.500Z","level":"notice","label":"demo","message":"a \"b\"","#
        #expect(text == start + #""cause":"c\\n","metadata.level":"d"}"#)
    }

    @Test(arguments: LogFormat.allCases)
    func everyLineIsSingleAndShort(format: LogFormat) {
        for part in ["\n", "\u{1b}[31m", "\"", "\\", "\u{2028}", "🚪", "\u{E0001}"] {
            let long = String(repeating: part, count: 1_000)
            let metadata = (0..<20).map { ("\($0)\(part)", Logger.MetadataValue.string(long)) }
            let text = line(long, Logger.Metadata(uniqueKeysWithValues: metadata)).text(as: format)
            #expect(text.utf8.count < 1_024)
            #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            #expect(text.contains("0"))
            #expect(format == .text || text.hasSuffix("\"}"))
        }
    }
}
