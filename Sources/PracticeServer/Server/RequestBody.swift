import Foundation
import Hummingbird
import NIOCore

/// Why a request's body could not be used.
enum RequestBodyError: Error {
    case tooLarge
    case notJSON
}

extension Request {
    /// The whole body, at most 1 MiB.
    func bytes() async throws -> Data {
        do {
            let buffer = try await body.collect(upTo: 1 << 20)
            return Data(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw RequestBodyError.tooLarge
        }
    }

    /// The body as JSON; an empty one is `{}`.
    func json<Value: Decodable>(
        _ type: Value.Type, snakeCase: Bool = false
    ) async throws -> Value {
        var data = try await bytes()
        if data.isEmpty { data = Data("{}".utf8) }
        let decoder = JSONDecoder()
        if snakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        do {
            return try decoder.decode(type, from: data)
        } catch {
            throw RequestBodyError.notJSON
        }
    }
}
