import Postern
import PosternJSONRPC
import Testing

@testable import postern

@Suite struct ArgumentsTests {
    @Test(arguments: [
        ([], "[]"),
        (["2", "3.5", "null", "true"], "[2,3.5,null,true]"),
        (["hello", "two words", "", "-x"], #"["hello","two words","","-x"]"#),
        (["a=1", "name=Grete", "list=[1,2]", "empty="], #"{"a":1,"name":"Grete","list":[1,2],"empty":""}"#),
        ([#""a=b""#], #"["a=b"]"#),
        (["1=2"], #"["1=2"]"#),
    ])
    func wordsBecomeValues(words: [String], expected: String) throws {
        let payload = try Arguments(words).encoded(as: JSON.self)
        #expect(String(decoding: payload.bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [["1", "a=2"], ["a=1", "a=2"], ["{1"], ["x=[1,"], [#""open"#]])
    func ambiguousWordsAreRejected(words: [String]) {
        #expect(throws: (any Error).self) { try Arguments(words) }
    }
}
