import Foundation
import Postern
import PosternJSONRPC
import Testing

/// The table of the page `TypesInJSON.md`, compared with what a service receives and answers.
@Suite struct TypesInJSONTests {
    private enum Color: String, Codable, CodingKeyRepresentable { case red }
    private enum Level: Int, Codable { case high = 2 }
    private enum Light: Codable { case on }
    private enum Shape: Codable, Equatable { case circle(radius: Double), line(Int, Int) }
    private struct Name: Codable, Equatable { var first: String }
    private struct Point: Codable, Equatable {
        var x: Int
        var y: Int?
        var name: Name
    }

    /// The values of the table, by the text of the second column.
    private static let samples: [String: any Sample] = [
        "true": Typed(true),
        "9_007_199_254_740_993": Typed(9_007_199_254_740_993),
        "UInt64.max": Typed(UInt64.max),
        "0.25": Typed(0.25),
        "Decimal(sign: .plus, exponent: -2, significand: 1990)":
            Typed(Decimal(sign: .plus, exponent: -2, significand: 1990)),
        #""a\n🚪""#: Typed("a\n🚪"),
        "Date(timeIntervalSince1970: 1_700_000_000.25)": Typed(Date(timeIntervalSince1970: 1_700_000_000.25)),
        "Data([1, 2, 255])": Typed(Data([1, 2, 255])),
        #"UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")"#:
            Typed(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")),
        #"URL(string: "https://a.example/b?q=1")"#: Typed(URL(string: "https://a.example/b?q=1")),
        "Int?.none": Typed(Int?.none),
        "[1, nil]": Typed([1, nil]),
        "Set([7])": Typed(Set([7])),
        #"Point(x: 1, y: nil, name: Name(first: "A"))"#: Typed(Point(x: 1, y: nil, name: Name(first: "A"))),
        "Color.red": Typed(Color.red),
        "Level.high": Typed(Level.high),
        "Light.on": Typed(Light.on),
        "Shape.circle(radius: 1)": Typed(Shape.circle(radius: 1)),
        "Shape.line(1, 2)": Typed(Shape.line(1, 2)),
        #"["a": 1]"#: Typed(["a": 1]),
        #"[7: "a"]"#: Typed([7: "a"]),
        "[Color.red: 1]": Typed([Color.red: 1]),
        "[Level.high: 1]": Typed([Level.high: 1]),
        "1..<5": Typed(1..<5),
        "Duration.milliseconds(1500)": Typed(Duration.milliseconds(1500)),
        #"Value.array([.integer(1), .string("a"), .null])"#: Typed(Value.array([.integer(1), .string("a"), .null])),
    ]

    /// The results that have no form, by the text of the first column of their table.
    private static let formless: [String: any Encodable & Sendable] = [
        "Double.nan": Double.nan, "Double.infinity": Double.infinity, "Decimal.nan": Decimal.nan,
        "Int128.max": Int128.max,
    ]

    @Test func everyRowOfThePageHasAValue() {
        #expect(Set(Self.rows.map(\.value)) == Set(Self.samples.keys))
        #expect(
            Set(Self.page.matches(of: /(?m)^\| `([^`]+)` \| -32603/).map { String($0.output.1) })
                == Set(Self.formless.keys)
        )
    }

    @Test(arguments: rows, [false, true])
    func aValueIsWrittenAndReadAsThePageStates(row: Row, isRemote: Bool) async throws {
        let sample = try #require(Self.samples[row.value])
        let seen = Received()
        let router = Router()
        sample.register(in: router.service("types"), seen)
        let dispatcher = Self.dispatcher(router, isRemote)
        for text in [row.json] + row.others {
            #expect(await Self.answer(to: "types.echo", "[\(text)]", of: dispatcher) == #""result":\#(row.json)}"#)
            #expect(seen.isExpected, "\(text) is read as another value")
        }
        #expect(await Self.answer(to: "types.get", "[]", of: dispatcher) == #""result":\#(row.json)}"#)
    }

    @Test(arguments: formless.keys.sorted(), [false, true])
    func aResultWithoutAFormIsAnError(name: String, isRemote: Bool) async throws {
        let value = try #require(Self.formless[name])
        let router = Router()
        register(value, in: router)
        let answer = await Self.answer(to: "types.get", "[]", of: Self.dispatcher(router, isRemote))
        #expect(answer.hasPrefix(#""error":{"code":-32603,"message":"The result cannot be written""#), "\(answer)")
    }

    private func register(_ value: some Encodable & Sendable, in router: Router) {
        router.service("types").register("get") { () in value }
    }

    /// A router of this process, or a connection to it, as a gateway beside its services has.
    private static func dispatcher(_ router: Router, _ isRemote: Bool) -> any Dispatcher {
        isRemote ? InProcessTransport.pair(NothingExposed(), router).first : router
    }

    /// The response to a request, without its version and identifier.
    private static func answer(to method: String, _ params: String, of dispatcher: any Dispatcher) async -> String {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let response = await JSONRPCResponder.respond(to: Array(request.utf8), from: dispatcher)
        return String(
            String(decoding: response ?? [], as: UTF8.self).dropFirst(#"{"jsonrpc":"2.0","id":1,"#.utf8.count)
        )
    }

    private static let page: String = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/PosternGateway/Documentation.docc/TypesInJSON.md"
        )
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    private static var rows: [Row] {
        page.matches(of: /(?m)^\| .+ \| `(.+)` \| `(.+?)` \| (.*)\|$/).map { match in
            let others = match.output.3.matches(of: /`([^`]+)`/).map { String($0.output.1) }
            return Row(value: String(match.output.1), json: String(match.output.2), others: others)
        }
    }
}

/// A row of the table.
struct Row: Sendable, CustomTestStringConvertible {
    let value: String
    let json: String
    /// Other texts that are read as the value.
    let others: [String]

    var testDescription: String { value }
}
