import GRPCCore

/// The service of add.proto.
struct Calculator: RegistrableRPCService {
    static let add = MethodDescriptor(fullyQualifiedService: "Calculator", method: "Add")
    static let count = MethodDescriptor(fullyQualifiedService: "Calculator", method: "Count")

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let (numbers, sum) = (NumbersCodec(), SumCodec())
        router.registerHandler(forMethod: Self.add, deserializer: numbers, serializer: sum) { request, _ in
            let numbers = try await ServerRequest(stream: request).message
            return StreamingServerResponse(single: ServerResponse(message: Sum(value: numbers.a &+ numbers.b)))
        }
        router.registerHandler(forMethod: Self.count, deserializer: numbers, serializer: sum) { request, _ in
            let numbers = try await ServerRequest(stream: request).message
            return StreamingServerResponse { writer in
                var left = numbers.a
                while left > 0 {
                    left -= 1
                    try await writer.write(Sum(value: left))
                }
                return [:]
            }
        }
    }
}
