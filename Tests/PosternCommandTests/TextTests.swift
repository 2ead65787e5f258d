import Postern
import Testing

@testable import postern

@Suite struct TextTests {
    @Test func shortValuesStayOnOneLine() { #expect(PrettyJSON.text(["a": [1, 2]]) == #"{"a":[1,2]}"#) }

    @Test func longValuesAreIndented() {
        let text = String(repeating: "x", count: 80)
        #expect(PrettyJSON.text(["a": [.string(text), 1]]) == "{\n  \"a\": [\n    \"\(text)\",\n    1\n  ]\n}")
    }

    @Test func descriptionIsATable() {
        let parameter: Value = ["name": "a", "type": "number", "isRequired": false]
        let method: Value = [
            "path": "x/y", "parameters": [parameter], "result": "array", "isStream": true, "isSafe": false,
            "documentation": "Does it",
        ]
        let table = DescriptionTable(["methods": [method], "topics": [["path": "chat/room"]]])
        #expect(
            table.lines == [
                "Methods", "  x.y(a?: number) ->> array  [stream] Does it", "Topics", "  chat.room",
            ]
        )
    }
}

@Suite struct TerminalTextTests {
    private static let hostile = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}b\u{2066}\r\nc\u{2028}"

    @Test func jsonEscapesWhatATerminalInterprets() throws {
        let line = PrettyJSON.line([.string(Self.hostile), ["\u{9b}": "\u{61c}ü👩\u{200d}🚀"]])
        let expected =
            #"["a\u001b[31m\u009b2J\u007f\u202eb\u2066\r\nc\u2028",{"\u009b":"\u061cü👩"# + "\u{200d}🚀\"}]"
        #expect(line == expected)
        let parsed = try Arguments(json: line, of: "")
        #expect(parsed.value[0] == .string(Self.hostile))
    }

    @Test func indentedJSONEscapesNamesToo() {
        let text = PrettyJSON.text(.map([Value.Member("\u{9b}", .string(String(repeating: "x", count: 90)))]))
        #expect(text.hasPrefix("{\n  \"\\u009b\": "))
    }

    @Test func tablesHaveNoCharacterThatATerminalInterprets() {
        let name = Value.string(Self.hostile)
        let parameter: Value = ["name": name, "type": name]
        let method: Value = ["path": name, "parameters": [parameter], "result": name, "documentation": name]
        let topic: Value = ["path": name, "documentation": name]
        let task: Value = ["id": name, "state": name, "message": name]
        let lines =
            DescriptionTable(["methods": [method], "topics": [topic]]).lines + TaskTable(["tasks": [task]]).lines
            + [TaskLine(["id": name, "kind": "log", "stream": name, "text": name]).text]
        #expect(lines.count == 6)
        #expect(lines.filter(Self.isInterpreted) == [])
    }

    @Test func errorsHaveNoCharacterThatATerminalInterprets() {
        let text = Value.string(Self.hostile)
        let data = Value.map([Value.Member("name", text), Value.Member(Self.hostile, text)])
        let lines = ErrorText.lines(RemoteError(["code": 1, "message": text, "data": data]))
        #expect(lines.count == 2)
        #expect(lines.filter(Self.isInterpreted) == [])
    }

    @Test func pagesHaveNoCharacterThatATerminalInterprets() {
        let text = Value.string(Self.hostile)
        let reference = Value.string("#/components/schemas/\(Self.hostile)")
        let schema: Value = ["$ref": reference, "description": text]
        let parameter: Value = ["name": text, "description": text, "schema": ["type": text, "default": text]]
        let entry: Value = [
            "name": text, "description": text, "params": [parameter, ["name": "b", "schema": schema]],
            "result": ["schema": ["enum": [text]]], "errors": [["code": text, "message": text]],
        ]
        let types = Value.map([Value.Member(Self.hostile, ["type": "string", "format": text])])
        let lines = MethodPage(entry, isTopic: false, types: types).lines
        #expect(lines.count > 10)
        #expect(lines.filter(Self.isInterpreted) == [])
    }

    private static func isInterpreted(_ line: String) -> Bool {
        line.unicodeScalars.contains { scalar in
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.properties.isBidiControl
                || scalar.value == 0x2028
        }
    }
}
