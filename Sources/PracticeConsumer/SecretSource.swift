import Foundation
import HTTPTransport

/// Where a consumer reads its secret.
enum SecretSource: Sendable {
    /// A file: all of it but the last line feed, or one field of a JSON object.
    case file(path: String, field: String?)
    /// Two fields of a JSON object, read at once: the client's id changes too.
    case pair(path: String, field: String, idField: String)
    /// Two fields of a JSON object, read at once: the second is tried where the first is refused.
    case twofold(path: String, field: String, candidateField: String)
    /// One variable of a dotenv file.
    case dotenv(path: String, variable: String)
    /// One field of a secret in OpenBao's or Vault's KV version 2.
    case vault(address: String, tokenFile: String, path: String, field: String)

    /// Why the secret can't be read; never quotes it.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private struct Stored: Decodable {
        struct Version: Decodable { let data: [String: String]? }
        let data: Version
    }

    /// A secret, and what is read with it: the id of the client that it belongs to, or a candidate.
    struct Reading: Sendable, Equatable {
        let secret: String
        var clientID: String?
        var candidate: String?
    }

    /// What stands there now.
    func read(through http: any HTTPClient) async throws(Unreadable) -> Reading {
        switch self {
        case .pair(let path, let field, let idField):
            let text = try Self.text(path)
            return Reading(
                secret: try Self.field(field, of: text, in: path),
                clientID: try Self.field(idField, of: text, in: path))
        case .twofold(let path, let field, let candidateField):
            let text = try Self.text(path)
            return Reading(
                secret: try Self.field(field, of: text, in: path),
                candidate: try Self.field(candidateField, of: text, in: path))
        case .file, .dotenv, .vault: return Reading(secret: try await secret(through: http))
        }
    }

    private func secret(through http: any HTTPClient) async throws(Unreadable) -> String {
        switch self {
        case .file(let path, nil): return try Self.filled(Self.text(path), in: path)
        case .file(let path, let field?), .pair(let path, let field, _),
            .twofold(let path, let field, _):
            return try Self.field(field, of: Self.text(path), in: path)
        case .dotenv(let path, let variable):
            return try Self.filled(Self.assigned(variable, in: path), in: path)
        case .vault(let address, let tokenFile, let path, let field):
            let token = try Self.filled(Self.text(tokenFile), in: tokenFile)
            return try await Self.stored(
                HTTPRequest(
                    url: "\(address)/v1/\(path)", headers: ["X-Vault-Token": token],
                    deadline: .seconds(5), attempts: .repeatable), field, http)
        }
    }

    private static func field(_ name: String, of text: String, in path: String)
        throws(Unreadable) -> String
    {
        guard
            // Other fields may hold anything.
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let value = (object as? [String: Any])?[name] as? String
        else { throw Unreadable("\(path) has no text in the field \(name)") }
        return try filled(value, in: path)
    }

    private static func stored(
        _ request: HTTPRequest, _ field: String, _ http: any HTTPClient
    ) async throws(Unreadable) -> String {
        let answer: HTTPResponse
        let stored: Stored
        do throws(HTTPFailure) {
            answer = try await http.send(request)
            guard answer.status == 200 else {
                throw HTTPFailure(.interrupted, "the secret store answers with \(answer.status)")
            }
            stored = try answer.json()
        } catch { throw Unreadable(error.message) }
        guard let value = stored.data.data?[field] else {
            throw Unreadable("the secret has no text in the field \(field)")
        }
        return try filled(value, in: "the secret store")
    }

    private static func text(_ path: String) throws(Unreadable) -> String {
        guard let data = FileManager.default.contents(atPath: path),
            var text = String(data: data, encoding: .utf8)
        else { throw Unreadable("\(path) can't be read") }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    /// The last `NAME=value`, as shells and the usual libraries have it, without its quotes.
    private static func assigned(_ variable: String, in path: String) throws(Unreadable) -> String {
        let lines = try text(path).split(whereSeparator: \.isNewline)
        let values = lines.compactMap { line -> Substring? in
            let line = line.hasPrefix("export ") ? line.dropFirst(7) : line
            return line.hasPrefix(variable + "=") ? line.dropFirst(variable.count + 1) : nil
        }
        guard let value = values.last else {
            throw Unreadable("\(path) has no variable \(variable)")
        }
        let isQuoted = ["\"", "'"].contains {
            value.count > 1 && value.hasPrefix($0) && value.hasSuffix($0)
        }
        return String(isQuoted ? value.dropFirst().dropLast() : value)
    }

    /// An empty secret is a file in the making, not a secret.
    private static func filled(_ value: String, in place: String) throws(Unreadable) -> String {
        guard !value.isEmpty else { throw Unreadable("\(place) is empty") }
        return value
    }
}
