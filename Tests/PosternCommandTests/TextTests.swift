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
