import Postern
import Testing

@testable import postern

@Suite struct MethodPageTests {
    private static let types: Value = [
        "Booking": [
            "type": "object", "description": "A stay",
            "properties": [
                "guest": ["$ref": "#/components/schemas/Guest"], "nights": ["type": "integer", "default": 1],
                "room": ["$ref": "#/components/schemas/Room"], "next": ["$ref": "#/components/schemas/Booking"],
            ],
            "required": ["guest"],
        ],
        "Guest": [
            "type": "object", "required": ["name"],
            "properties": [
                "name": ["type": "string"], "email": ["type": ["string", "null"], "description": "To write to"],
            ],
        ],
        "Room": ["type": "string", "enum": ["single", "suite"]],
        "Refusal": ["type": "object", "properties": ["left": ["type": "integer"]], "required": ["left"]],
        "Unused": ["type": "string"],
    ]

    @Test func aMethodIsDescribedWithItsTypes() {
        let booking: Value = ["$ref": "#/components/schemas/Booking"]
        let entry: Value = [
            "name": "bookings.book", "description": "Books a room\nSoon", "x-safe": false,
            "params": [["name": "booking", "required": true, "description": "The wish", "schema": booking]],
            "result": ["name": "result", "schema": ["type": "string", "format": "uuid"]],
            "errors": [["code": 1001, "message": "No room is left"], ["code": 1002, "message": "Too late"]],
            "x-error-details": ["1001": ["$ref": "#/components/schemas/Refusal"]],
        ]
        #expect(
            MethodPage(entry, isTopic: false, types: Self.types).lines == [
                "bookings.book(booking)", "Books a room", "Soon",
                "", "Parameters", "  booking  Booking  The wish",
                "", "Result", "  string (uuid)",
                "", "Errors", "  1001  No room is left  Refusal", "  1002  Too late",
                "", "Booking", "  guest   Guest", "  nights  integer  = 1", "  room    Room     optional",
                "  next    Booking  optional",
                "", "Refusal", "  left  integer",
                "", "Guest", "  name   string", "  email  string | null  optional  To write to",
                "", "Room", #"  "single" | "suite""#,
            ]
        )
    }

    @Test func aStreamHasItems() {
        let entry: Value = [
            "name": "clock.ticks", "x-safe": true, "params": [], "x-stream": ["item": ["type": "object"]],
            "result": ["name": "subscription", "schema": ["type": "object"]],
        ]
        #expect(
            MethodPage(entry, isTopic: false, types: nil).lines == [
                "clock.ticks()  [stream]  [safe]", "", "Items", "  object",
            ]
        )
    }

    @Test(
        arguments: [
            (nil, "any"), ([:], "any"), (.bool(true), "any"), (["type": "integer"], "integer"),
            (["type": "array", "items": ["type": "string"]], "[string]"), (["type": "array"], "array"),
            (["type": "object", "additionalProperties": ["type": "number"]], "{string: number}"),
            (["type": "object", "additionalProperties": false], "object"),
            (["type": "string", "contentEncoding": "base64"], "string (base64)"),
            (["oneOf": [["type": "null"], ["$ref": "#/components/schemas/A"]]], "null | A"),
            (["enum": ["a", 1, .null]], #""a" | 1 | null"#), (["const": "x"], #""x""#),
            (["type": "object", "x-reference": "function"], "function"),
        ] as [(Value?, String)]
    )
    func aSchemaIsAShortText(schema: Value?, text: String) { #expect(SchemaText.type(schema) == text) }

    @Test func deepSchemasAreAbbreviated() {
        let deep = (0..<60).reduce(["type": "string"] as Value) { inner, _ in ["type": "array", "items": inner] }
        #expect(SchemaText.type(deep) == "[[[[[[[[any]]]]]]]]")
    }

    @Test(arguments: [false, true])
    func aMethodIsFoundInEitherDescription(isOpenRPC: Bool) {
        let parameter: Value = ["name": "a", "type": "number", "isRequired": true]
        let method: Value = [
            "path": "x/y", "parameters": [parameter], "result": "number", "isStream": false, "isSafe": true,
        ]
        let openRPC: Value = [
            "openrpc": "1.4.0",
            "methods": [
                [
                    "name": "x.y", "params": [["name": "a", "required": true, "schema": ["type": "number"]]],
                    "result": ["schema": ["type": "number"]], "x-safe": true,
                ]
            ],
        ]
        let native: Value = ["services": [], "methods": [method], "topics": [["path": "x/z"]]]
        let search = MethodSearch(for: "x/y", isJSON: false)
        let lines = search.lines(isOpenRPC ? openRPC : native)
        #expect(lines == ["x.y(a)  [safe]", "", "Parameters", "  a  number", "", "Result", "  number"])
        #expect(search.isFound)
        let other = MethodSearch(for: "x.other", isJSON: false)
        #expect(other.lines(isOpenRPC ? openRPC : native) == [])
        #expect(!other.isFound)
    }
}
