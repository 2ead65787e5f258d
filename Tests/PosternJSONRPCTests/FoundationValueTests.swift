import Foundation
import Postern
import PosternJSONRPC
import Testing

/// Tests of Foundation's types and of enums, which both encodings write in the form of `JSONEncoder`.
struct FoundationValueTests {
    private struct Everything: Codable, Equatable {
        var url = URL(string: "https://a.example/b?q=1")
        var relative = URL(string: "c", relativeTo: URL(string: "https://a.example/b/"))?.absoluteURL
        var prices = [Decimal(string: "0.1"), Decimal(string: "-12345678901234567890.123456789"), Decimal(7), nil]
        var id = UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")
        var byNumber = [1: "one"]
        var largest = UInt64.max
        var choice = Choice.pair(1, named: "b")
        var links: [String: URL] = ["a": URL(filePath: "/tmp")]
    }

    private enum Choice: Codable, Equatable { case pair(Int, named: String) }

    @Test func valuesReadBackInBothEncodings() throws {
        for codec in [JSON.self, MessagePack.self] as [any PayloadCodec.Type] {
            let payload = try Payload(encoding: Everything(), as: codec)
            #expect(try payload.decode(Everything.self) == Everything())
        }
    }

    @Test func valuesAreWrittenLikeJSONEncoder() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let values: [any Encodable & Sendable] = [
            URL(filePath: "/tmp/a b"), URL(string: "https://a.example/?q=ü"), Decimal(string: "19.90"), Decimal(-3),
            Decimal(string: "12345678901234567890.123456789"), Decimal(string: "1e30"), [Decimal(string: "0.001")],
        ]
        for value in values {
            let right = String(decoding: try encoder.encode(value), as: UTF8.self)
            #expect(String(decoding: try Payload(encoding: value, as: JSON.self).bytes, as: UTF8.self) == right)
        }
    }

    @Test(arguments: ["0.1", "-0.001", "1e30", "3", "-3", "18446744073709551615", "12345678901234567890.123456789"])
    func aDecimalKeepsItsDigits(text: String) throws {
        let number = try #require(Decimal(string: text))
        for codec in [JSON.self, MessagePack.self, MessagePackFromJSON.self] as [any PayloadCodec.Type] {
            #expect(try Payload(encoding: number, as: codec).decode(Decimal.self) == number)
        }
    }

    @Test(arguments: [#""x""#, #""1x""#, "true", #""""#, "1e400", #""inf""#])
    func textThatIsNoDecimalIsRefused(text: String) {
        let payload = Payload(bytes: Array(text.utf8), codec: JSON.self)
        #expect(throws: PayloadError.self) { try payload.decode(Decimal.self) }
        #expect(throws: PayloadError.self) { try Payload(encoding: Decimal.nan, as: JSON.self) }
        #expect(throws: PayloadError.self) { try Payload(encoding: Decimal.nan, as: MessagePack.self) }
    }
}
