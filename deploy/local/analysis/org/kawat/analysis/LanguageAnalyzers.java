package org.kawat.analysis;

import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.index.analysis.PreBuiltAnalyzerProvider;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/** Names Lucene's Indonesian and English analyzers as a full Elasticsearch does, so that one mapping serves both. */
public class LanguageAnalyzers extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of(
            "indonesian", provide("indonesian", new IndonesianAnalyzer()),
            "english", provide("english", new EnglishAnalyzer()));
    }

    private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> provide(String name, Analyzer analyzer) {
        return (index, environment, as, settings) ->
            new PreBuiltAnalyzerProvider(name, AnalyzerScope.INDICES, analyzer);
    }
}
