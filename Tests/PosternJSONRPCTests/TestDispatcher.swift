import Postern
import PosternJSONRPC

/// A dispatcher with a few methods, some of them immediate.
struct TestDispatcher: Dispatcher {
    private static let addParameters = ParameterList(["a", "b"])
    private static let subtractParameters = ParameterList(["minuend", "subtrahend"])

    func execution(of path: Span<UInt8>) -> MethodExecution {
        switch String(decoding: (0..<path.count).map { path[$0] }, as: UTF8.self) {
        case "add": .immediate(ImmediateMethod(isSafe: true, run: Self.add))
        case "calc.add", "calc/add": .immediate(ImmediateMethod(isSafe: true, run: Self.add))
        case "subtract": .immediate(ImmediateMethod(isSafe: true, run: Self.subtract))
        case "sum": .immediate(ImmediateMethod(isSafe: true, run: Self.sum))
        case "get_data": .immediate(ImmediateMethod(isSafe: true) { Self.append(#"["hello",5]"#, &$2) })
        case "update", "notify_hello", "notify_sum":
            .immediate(ImmediateMethod(isSafe: true) { Self.append("null", &$2) })
        case "echo": .immediate(ImmediateMethod(isSafe: true) { Self.echo($0, &$2) })
        case "big": .immediate(ImmediateMethod(isSafe: true) { Self.big($0, $1, &$2) })
        case "fail": .immediate(ImmediateMethod(isSafe: true, run: Self.fail))
        case "short": .onEventLoop
        default: .concurrent
        }
    }

    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        switch call.method {
        case "slow", "short": return .value(Payload(bytes: Array("7".utf8), codec: JSON.self))
        case "foobar", "foo/get", "foobar/get": throw CallError(.methodNotFound, "Method not found")
        case "watch/files":
            return .stream(ReplyStream { { () async throws(CallError) -> StreamItem? in nil } })
        default:
            switch execution(of: call.method.utf8.span) {
            case .immediate(let method):
                var output: [UInt8] = []
                try method.run(call.arguments.bytes.span, call.arguments.codec, &output)
                return .value(Payload(bytes: output, codec: call.arguments.codec))
            default: throw CallError(.methodNotFound, "Method not found")
            }
        }
    }

    private static func add(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        _ output: inout [UInt8]
    ) throws(CallError) {
        do throws(PayloadError) {
            let ranges = try codec.locateArguments(arguments, for: addParameters)
            for index in 0..<2 where ranges.isMissing(index) {
                throw PayloadError(.missingArgument, "parameter \(index == 0 ? "a" : "b") is missing")
            }
            let first = try codec.readInt64(arguments.extracting(ranges[0]))
            codec.write(first &+ (try codec.readInt64(arguments.extracting(ranges[1]))), into: &output)
        } catch { throw CallError(error) }
    }

    private static func subtract(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        _ output: inout [UInt8]
    ) throws(CallError) {
        do throws(PayloadError) {
            let ranges = try codec.locateArguments(arguments, for: subtractParameters)
            let first = try codec.readInt64(arguments.extracting(ranges[0]))
            codec.write(first &- (try codec.readInt64(arguments.extracting(ranges[1]))), into: &output)
        } catch { throw CallError(error) }
    }

    private static func sum(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        _ output: inout [UInt8]
    ) throws(CallError) {
        var total: Int64 = 0
        var ranges: [Range<Int>] = []
        do throws(PayloadError) {
            try codec.forEachElement(of: arguments) { (range) throws(PayloadError) in ranges.append(range) }
            for range in ranges { total &+= try codec.readInt64(arguments.extracting(range)) }
        } catch { throw CallError(error) }
        codec.write(total, into: &output)
    }

    private static func echo(_ arguments: Span<UInt8>, _ output: inout [UInt8]) {
        if arguments.count == 0 { return append("null", &output) }
        for index in arguments.indices { output.append(arguments[index]) }
    }

    private static func big(_ arguments: Span<UInt8>, _ codec: any PayloadCodec.Type, _ output: inout [UInt8]) {
        let ranges = try? codec.locateArguments(arguments, for: ParameterList(["count"]))
        let count = ranges.flatMap { try? codec.readInt64(arguments.extracting($0[0])) } ?? 0
        codec.write(String(repeating: "x", count: Int(clamping: count)), into: &output)
    }

    private static func fail(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        _ output: inout [UInt8]
    ) throws(CallError) {
        let ranges = try? codec.locateArguments(arguments, for: ParameterList(["bytes"]))
        let count = ranges.flatMap { try? codec.readInt64(arguments.extracting($0[0])) } ?? 0
        append("half a result", &output)
        let details = try? Payload(encoding: String(repeating: "x", count: Int(clamping: count)), as: codec)
        throw CallError(.init(rawValue: 17), "Failed on purpose", details: count > 0 ? details : nil)
    }

    private static func append(_ text: String, _ output: inout [UInt8]) { output.append(contentsOf: text.utf8) }
}
