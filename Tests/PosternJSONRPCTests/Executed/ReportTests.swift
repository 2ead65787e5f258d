import PosternTestSupport
import Postern
import PosternJSONRPC
import Synchronization
import Testing

/// Tests of which failed calls are reported to an observer, and which error their callers receive.
@Suite(.timeLimit(.minutes(10)))
struct ReportTests {
    private static let faults = ["short/one", "short/two", "long/throw", "long/context", "long/onLoop", "long/stream"]

    @Test(arguments: faults)
    func aFaultIsReportedOnceAndItsCallerReceivesTheIdentifier(method: String) async throws {
        let reports = IncidentRecorder()
        let params = method == "short/two" ? #"["foreign",2]"# : #"["foreign"]"#
        let answer = await answer(method, params, at: ExecutedServices.makeRouter(), reports)
        let report = try #require(reports.all.first)
        #expect(reports.all.count == 1)
        #expect(report.kind == .handlerFailed && report.cause == method)
        #expect(report.fields[.method] == method && report.fields[.code] == "-32000")
        #expect(report.fields[.error] == "Foreign()")
        let id = try #require(report.fields[.traceId])
        #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(answer.contains(#""traceId":"\#(id)""#))
        #expect(!answer.contains("Foreign()"))
    }

    @Test(arguments: faults)
    func aFaultBehindAGatewayIsReportedOnlyByTheService(method: String) async throws {
        let (service, gateway) = (IncidentRecorder(), IncidentRecorder())
        let params = method == "short/two" ? #"["foreign",2]"# : #"["foreign"]"#
        let (near, far) = InProcessTransport.pair(NothingExposed(), ExecutedServices.makeRouter(), observer: service)
        let answer = await answer(method, params, at: near, gateway)
        #expect(gateway.all.isEmpty)
        #expect(service.all.map(\.kind) == [.handlerFailed])
        let id = try #require(service.all.first?.fields[.traceId])
        #expect(answer.contains(#""traceId":"\#(id)""#))
        near.close()
        far.close()
    }

    @Test(arguments: ["application", "convertible", "transferable", "busy"])
    func anErrorThatAHandlerChoseIsNoFault(what: String) async {
        let reports = IncidentRecorder()
        let answer = await answer("long/throw", #"["\#(what)"]"#, at: ExecutedServices.makeRouter(), reports)
        #expect(reports.all.map(\.kind) == [.callFailed])
        #expect(!answer.contains("traceId"))
    }

    @Test(arguments: [("no/such", "[]"), ("long/throw", "[7]"), ("short/one", "[]"), ("long/throw", #"["cancelled"]"#)])
    func errorsWithoutAFailedHandlerAreNotReported(method: String, params: String) async {
        let reports = IncidentRecorder()
        _ = await answer(method, params, at: ExecutedServices.makeRouter(), reports)
        #expect(reports.all.isEmpty)
    }

    @Test func withoutAnObserverThereIsNoIdentifier() async {
        let answer = await answer("long/throw", #"["foreign"]"#, at: ExecutedServices.makeRouter(), nil)
        #expect(answer.errorCode == -32000 && !answer.contains("traceId"))
    }

    private func answer(
        _ method: String,
        _ params: String,
        at dispatcher: some Dispatcher,
        _ observer: (any IncidentObserver)?
    ) async -> String {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let answer = await JSONRPCResponder.respond(to: Array(request.utf8), from: dispatcher, observer: observer)
        return String(decoding: answer ?? [], as: UTF8.self)
    }
}
