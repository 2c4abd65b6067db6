import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers, made in one place so that every one has its length and type.
enum Reply {
    /// JSON of any value; keys sorted, slashes as they are.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        snakeCase: Bool = false
    ) -> Response {
        do {
            let encoder = encoder()
            if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
            let data = try encoder.encode(value)
            return bytes(data, type: "application/json", status: status, headers: headers)
        } catch {
            return text("encoding failed", status: .internalServerError)
        }
    }

    static func empty(_ status: HTTPResponse.Status = .noContent) -> Response {
        Response(status: status)
    }

    static func text(
        _ text: String, type: String = "text/plain", status: HTTPResponse.Status
    ) -> Response {
        bytes(Data(text.utf8), type: type, status: status, headers: [:])
    }

    private static func bytes(
        _ data: Data, type: String, status: HTTPResponse.Status, headers: HTTPFields
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return encoder
    }
}
