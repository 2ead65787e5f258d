import ArgumentParser
import FoundationEssentials
import Postern
import Testing

@testable import postern

@Suite struct CommandArgumentsTests {
    @Test(arguments: [
        ("[2,3]", "2,3", Value.array([2, 3])),
        (#"{"a":2}"#, "a=2", .map([Value.Member("a", 2)])),
        ("[]", "", .array([])),
    ])
    func dataIsAllArguments(data: String, words: String, expected: Value) throws {
        #expect(try CommandArguments(data: data).read().value == expected)
    }

    @Test(arguments: ["", "1", #""text""#, "{", "nonsense"])
    func otherDataIsRefused(data: String) {
        #expect(throws: ValidationError.self) { try CommandArguments(data: data) }
    }

    @Test(arguments: [["a=-", "b=-"], ["-", "2"], ["1", "@file"], ["@file", "a=1"]])
    func ambiguousSourcesAreRefused(words: [String]) {
        #expect(throws: ValidationError.self) { try CommandArguments(words: words) }
    }

    @Test func nothingIsReadBeforeTheWordsAreChecked() throws {
        let source = try CommandArguments(words: ["a=@/no/such/file"])
        let error = #expect(throws: ValidationError.self) { try source.read() }
        #expect(error?.message.hasPrefix("@/no/such/file cannot be read: No such file or directory") == true)
        #expect(throws: ValidationError.self) { try CommandArguments(words: ["@/"]).read() }
    }

    @Test func aFileHoldsOneArgumentOrAllOfThem() throws {
        let path = FileManager.default.temporaryDirectory.path + "/arguments-\(UInt64.random(in: 0...(.max)))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("[1, 9007199254740993]\n".utf8).write(to: URL(filePath: path))
        #expect(try CommandArguments(words: ["@\(path)"]).read().value == [1, 9_007_199_254_740_993])
        #expect(try CommandArguments(data: "@\(path)").read().value == [1, 9_007_199_254_740_993])
        #expect(try CommandArguments(words: ["a=@\(path)"]).read().value["a"] == [1, 9_007_199_254_740_993])
        try Data("two\nlines\n".utf8).write(to: URL(filePath: path))
        #expect(try CommandArguments(words: ["a=@\(path)", "b=1"]).read().value["a"] == "two\nlines")
        #expect(throws: ValidationError.self) { try CommandArguments(words: ["@\(path)"]).read() }
        try Data([0xff]).write(to: URL(filePath: path))
        #expect(throws: ValidationError.self) { try CommandArguments(words: ["a=@\(path)"]).read() }
    }

    @Test func aDeviceIsRead() throws {
        #expect(try CommandArguments(words: ["a=@/dev/null"]).read().value["a"] == "")
        let error = #expect(throws: ValidationError.self) { try CommandArguments(words: ["a=@/"]).read() }
        #expect(error?.message.hasPrefix("@/ cannot be read: Is a directory") == true)
        #expect(throws: ValidationError.self) { try CommandArguments(words: ["a=@/dev/zero"]).read() }
    }

    @Test func textWithAnAtSignIsQuoted() throws {
        #expect(try CommandArguments(words: [#""@me""#, "hello"]).read().value == ["@me", "hello"])
        #expect(try CommandArguments(words: ["a@b.example"]).read().value == ["a@b.example"])
        #expect(try CommandArguments(words: ["@"]).read().value == ["@"])
    }
}
