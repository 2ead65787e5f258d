import Postern
import Testing

@testable import postern

@Suite struct CallHintTests {
    @Test(arguments: [
        (-32601, "No such method: no.such", ["1"], "postern describe lists the methods of the server"),
        (
            -32602, "Parameter a of calculator.add: expected a number, found an array", ["[2,3]"],
            "the array is one argument; --data passes an array with all arguments"
        ),
        (
            -32602, "echo.bytes has no parameter SGVsbG8; it takes data", ["SGVsbG8="],
            #"SGVsbG8= is read as an argument named SGVsbG8; as a value it is quoted twice: '"SGVsbG8="'"#
        ),
        (-32602, "f has no parameter c; it takes a and b", ["a=1", "c=3"], nil),
        (-32602, "Parameter b of calculator.add is missing", ["1"], nil),
        (1001, "division by zero", ["[1]"], nil),
    ])
    func aMistakeIsExplained(code: Int, message: String, words: [String], expected: String?) {
        let error = RemoteError(CallError(CallError.Code(rawValue: code), message))
        #expect(CallHint.sentence(for: error, words: words) == expected)
    }
}
