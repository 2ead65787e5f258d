import Foundation
import Postern
import PosternJSONRPC
import Testing

/// Tests with a corpus of texts that are JSON (`y_`), are not (`n_`), or may be either by the specification (`i_`).
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    static func files(_ kind: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return all.filter { $0.hasPrefix(kind) }.sorted()
    }

    static func bytes(of file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: file)))
    }

    @Test func theCorpusIsComplete() {
        #expect(Self.files("y_").count >= 95)
        #expect(Self.files("n_").count >= 180)
        #expect(Self.files("i_").count >= 30)
    }

    @Test(arguments: files("y_"))
    func jsonIsAccepted(file: String) throws {
        let text = try Self.bytes(of: file)
        try JSON.validate(text.span)
        let request = Array(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":["#.utf8) + text + Array("]}".utf8)
        let answer = #"{"jsonrpc":"2.0","id":1,"result":["# + String(decoding: text, as: UTF8.self) + "]}"
        #expect(TestClient().send(bytes: request) == answer)
    }

    @Test(arguments: files("y_"))
    func jsonIsTranscodedToMessagePackAndBack(file: String) throws {
        let text = Self.trimmed(try Self.bytes(of: file))
        let packed = try Payload(bytes: text, codec: JSON.self).transcoded(to: MessagePack.self)
        let back = try packed.transcoded(to: JSON.self)
        let again = try back.transcoded(to: MessagePack.self)
        try JSON.validate(back.bytes.span)
        let third = try again.transcoded(to: JSON.self)
        #expect(third.bytes == back.bytes)
    }

    @Test(arguments: files("n_"))
    func otherTextIsAParseError(file: String) throws {
        let text = try Self.bytes(of: file)
        #expect(throws: PayloadError.self) { try JSON.validate(text.span) }
        let answer = TestClient().send(bytes: text)
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error""#))
    }

    /// The accepted texts of those that may be either; all others are refused.
    private static let accepted: Set<String> = [
        "depth_of_64", "depth_of_64_objects", "mark_as_text", "names_twice", "names_twice_by_escape",
        "noncharacter_ffff", "noncharacter_last_plane", "noncharacter_plain", "number_309_digits",
        "number_huge_negative_exponent", "number_many_digits_and_minus_exponent",
        "number_many_leading_fraction_zeros", "number_rounds_to_largest", "number_tiny",
        "number_zero_with_huge_exponent", "private_use",
    ]

    static func isAccepted(_ file: String) -> Bool { accepted.contains(String(file.dropFirst(2).dropLast(5))) }

    @Test(arguments: files("i_"))
    func casesThatTheSpecificationLeavesOpenAreFixed(file: String) throws {
        let text = try Self.bytes(of: file)
        let isAccepted = (try? JSON.validate(text.span)) != nil
        #expect(isAccepted == Self.isAccepted(file))
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        let space = Array(" \t\r\n".utf8)
        return Array(text.drop { space.contains($0) }.reversed().drop { space.contains($0) }.reversed())
    }
}
