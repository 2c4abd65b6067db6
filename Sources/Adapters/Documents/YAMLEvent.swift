import CYaml

/// One event of a YAML document, and the bytes that it takes up.
struct YAMLEvent: Sendable {
    /// What happens.
    enum Kind: Sendable, Hashable {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar, alias
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    /// How a scalar is written, or a collection.
    enum Style: Sendable, Hashable {
        case none
        case plain, single, double, literal, folded
        case flow, block
    }

    let kind: Kind
    var style = Style.none
    /// The decoded text of a scalar, or the name that an alias stands for.
    var text: [UInt8] = []
    var anchor: [UInt8]?
    var tag: [UInt8]?
    /// Quotes included; without an anchor or a tag only where there is none.
    var range: Range<Int>

    /// Whether a reader gets the same from both.
    func matches(_ other: YAMLEvent) -> Bool {
        (kind, style, text) == (other.kind, other.style, other.text)
            && (anchor, tag) == (other.anchor, other.tag)
    }

    /// Whether a mapping or a sequence begins.
    var begins: Bool { kind == .mappingStart || kind == .sequenceStart }

    /// Whether a mapping or a sequence ends.
    var ends: Bool { kind == .mappingEnd || kind == .sequenceEnd }
}

extension YAMLEvent {
    /// An event of libyaml, whose places `offset` turns into bytes; nil for one without a meaning.
    init?(_ event: yaml_event_t, offset: (Int) -> Int) {
        guard let kind = Self.kind(event.type) else { return nil }
        let start = offset(Int(event.start_mark.index))
        self.init(kind: kind, range: start..<max(start, offset(Int(event.end_mark.index))))
        switch kind {
        case .scalar:
            let scalar = event.data.scalar
            text = Array(UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)))
            style = Self.style(scalar.style)
            (anchor, tag) = (Self.bytes(scalar.anchor), Self.bytes(scalar.tag))
        case .alias:
            text = Self.bytes(event.data.alias.anchor) ?? []
        case .sequenceStart:
            let sequence = event.data.sequence_start
            style = sequence.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block
            (anchor, tag) = (Self.bytes(sequence.anchor), Self.bytes(sequence.tag))
        case .mappingStart:
            let mapping = event.data.mapping_start
            style = mapping.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block
            (anchor, tag) = (Self.bytes(mapping.anchor), Self.bytes(mapping.tag))
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            break
        }
    }

    private static func kind(_ type: yaml_event_type_t) -> Kind? {
        switch type {
        case YAML_STREAM_START_EVENT: .streamStart
        case YAML_STREAM_END_EVENT: .streamEnd
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias
        case YAML_SCALAR_EVENT: .scalar
        case YAML_SEQUENCE_START_EVENT: .sequenceStart
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT: .mappingStart
        case YAML_MAPPING_END_EVENT: .mappingEnd
        default: nil
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> Style {
        switch style {
        case YAML_PLAIN_SCALAR_STYLE: .plain
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .none
        }
    }

    private static func bytes(_ text: UnsafeMutablePointer<yaml_char_t>?) -> [UInt8]? {
        guard let text else { return nil }
        var count = 0
        while text[count] != 0 { count += 1 }
        return Array(UnsafeBufferPointer(start: text, count: count))
    }
}
