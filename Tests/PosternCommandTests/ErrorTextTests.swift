import Postern
import PosternPrograms
import Testing

@testable import postern

@Suite struct ErrorTextTests {
    @Test func everythingThatTheServerSaysIsPrinted() {
        let error = RemoteError([
            "code": 1001, "message": "no",
            "data": [
                "name": "not_found", "retryable": true, "executed": "no", "traceId": "a1", "details": ["x": [1, "y"]],
            ],
        ])
        #expect(
            ErrorText.lines(error) == [
                "error 1001 not_found: no", "retryable: true", "executed: no", "traceId: a1",
                #"details: {"x":[1,"y"]}"#,
            ]
        )
    }

    private static let foreign: [(object: Value, lines: [String])] = [
        (["code": -32601, "message": "m"], ["error -32601 unimplemented: m"]),
        (["code": 5, "message": "m", "data": "more"], ["error 5 unknown: m", "data: more"]),
        (["code": 5, "message": "m", "data": nil], ["error 5 unknown: m"]),
        (["message": 7], ["error -32603 internal: the server stated no reason"]),
        ("text", ["error -32603 internal: the server stated no reason"]),
    ]

    @Test(arguments: foreign)
    func errorsOfOtherServersArePrinted(object: Value, lines: [String]) {
        #expect(ErrorText.lines(RemoteError(object)) == lines)
    }

    @Test func anErrorOfANativeCallHasTheSameForm() throws {
        let details = try Payload(encoding: ["a": 1] as Value)
        let error = CallError(CallError.Code(rawValue: 1001), "no", name: .notFound, executed: .no, details: details)
        #expect(
            ErrorText.lines(RemoteError(error)) == ["error 1001 not_found: no", "executed: no", #"details: {"a":1}"#]
        )
    }

    @Test func onlyThePassedDeadlineIsATimeout() {
        #expect(RemoteError(["code": -32002]).isTimeout)
        #expect(!RemoteError(["code": -32000]).isTimeout)
    }

    @Test func aLineOfJSONHasOneMember() {
        #expect(AnswerStyle(isJSON: true).json("error", ["code": 1]) == [#"{"error":{"code":1}}"#])
        #expect(AnswerStyle().json("error", ["code": 1]) == nil)
    }
}
