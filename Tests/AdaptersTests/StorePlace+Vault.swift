import Foundation
import HTTPTransport
import Testing

@testable import Adapters

extension StorePlace {
    /// A field of a document in OpenBao, beside another one.
    static func vault(_ text: String) async throws -> StorePlace {
        let bao = try #require(OpenBao.current)
        let path = "crash/\(UUID().uuidString)"
        try await bao.ask(
            "POST", "secret/data/\(path)", #"{"data":{"s":"\#(text)","n":[1.50]}}"#)
        let document = { @Sendable () async throws -> JSONDocument in
            try JSONDocument(try await bao.ask("GET", "secret/data/\(path)").body)
        }
        let spelled = { @Sendable (path: [String], document: JSONDocument) throws -> String in
            let range = try document.node(at: path)?.range ?? 0..<0
            return String(decoding: document.bytes[range], as: UTF8.self)
        }
        let other = ["data", "data", "n"]
        let before = try spelled(other, try await document())
        return StorePlace(
            url: bao.address,
            lines: [
                "type: vault", "address: \(bao.address)", "path: \(path)", "field: s",
                #"auth: {token: "env:BAO_TOKEN"}"#,
            ], environment: ["BAO_TOKEN": bao.token]
        ) {
            try await document().node(at: ["data", "data", "s"])?.text
        } leftovers: {
            let seen = try await document()
            let version = try spelled(["data", "metadata", "version"], seen)
            return (version == "2" ? [] : ["the version is \(version)"])
                + (try spelled(other, seen) == before ? [] : ["another field changed"])
        }
    }
}
